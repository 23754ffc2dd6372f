import type { MigrationInterface, QueryRunner } from 'typeorm';

class CreateOrders1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE "order" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "article" text NOT NULL)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE "order"');
  }
}

export const orderMigrations = [CreateOrders1764000000000];
