import { ApiProperty } from '@nestjs/swagger';
import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

@Entity('users')
@Unique('users_email_unique', ['email'])
export class User {
  @ApiProperty()
  @PrimaryGeneratedColumn()
  id!: number;

  @ApiProperty({ example: 'Ada Lovelace' })
  @Column('text')
  name!: string;

  /** Kept as written; `Ada@example.org` and `ada@example.org` are the same person. */
  @ApiProperty({ example: 'ada@example.org' })
  @Column({ type: 'text', collation: 'NOCASE' })
  email!: string;
}
