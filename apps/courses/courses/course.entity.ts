import { ApiProperty } from '@nestjs/swagger';
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

@Entity('courses')
@Index('courses_topic', ['topic'])
export class Course {
  @ApiProperty()
  @PrimaryGeneratedColumn()
  id!: number;

  @ApiProperty({ example: 'Animals, part 1' })
  @Column('text')
  title!: string;

  /** The WordNet topic that a catalogue course teaches, such as `noun.animal`; null for a course made by hand. */
  @ApiProperty({ type: String, nullable: true, example: 'noun.animal' })
  @Column({ type: 'text', nullable: true })
  topic!: string | null;
}
