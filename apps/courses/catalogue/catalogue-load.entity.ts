import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CatalogueSelection } from './catalogue-selection';

/**
 * How far the loading of a selection has come. Written in the transaction of each batch, so that a process killed in
 * the middle goes on where the database says it stopped, on whatever host.
 */
@Entity('catalogue_loads')
export class CatalogueLoad {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'catalogue_loads_selection' })
  selection!: CatalogueSelection;

  /** Synsets of the selection that are done, counted in the order of the files. */
  @Column('integer')
  done!: number;

  @Column({ type: 'text', nullable: true })
  finishedAt!: string | null;
}
