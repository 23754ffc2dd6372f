import { persistenceDataSource } from 'nestjs-persistence/typeorm';
import { migrations } from './migrations';
import { User } from './user.entity';

export default persistenceDataSource({ entities: [User], migrations });
