import { Column, DeleteDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** The rows that are counted. A null text is what the database refuses. */
@Entity()
export class Note {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  text!: string;

  @Column('int', { default: 0 })
  amount!: number;

  @DeleteDateColumn()
  deletedAt?: Date | null;
}
