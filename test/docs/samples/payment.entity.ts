import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity()
export class Payment {
  /** Chosen by the client, the same for each attempt. */
  @PrimaryColumn('text')
  key!: string;

  @Column('int')
  cents!: number;
}
