import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

@Entity('items')
@Unique(['name'])
export class Item {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  name!: string;
}
