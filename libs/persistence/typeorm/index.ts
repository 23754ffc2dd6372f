export {
  persistenceDataSource,
  type PersistenceDataSourceOptions,
} from './persistence-data-source';
export type { TypeOrmSettings } from './typeorm-settings';
