import { persistenceDataSource } from 'nestjs-persistence/typeorm';
import { Note } from '../support/note.entity';

/** What a user gives to `typeorm -d`. */
export default persistenceDataSource({ entities: [Note] });
