export type { PersistenceAdminOptions } from './admin-options';
export { PersistenceAdminModule } from './persistence-admin.module';
