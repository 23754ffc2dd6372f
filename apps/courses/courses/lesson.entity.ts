import { ApiProperty } from '@nestjs/swagger';
import {
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  Unique,
} from 'typeorm';
import { Course } from './course.entity';

@Entity('lessons')
@Index('lessons_course', ['courseId'])
@Unique('lessons_synset_unique', ['synset'])
export class Lesson {
  @ApiProperty()
  @PrimaryGeneratedColumn()
  id!: number;

  @ApiProperty()
  @Column('integer')
  courseId!: number;

  @ManyToOne(() => Course, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'courseId', foreignKeyConstraintName: 'lessons_course_fk' })
  course?: Course;

  @ApiProperty({ example: 'dog, domestic dog, Canis familiaris' })
  @Column('text')
  title!: string;

  /** What the words mean; null for a lesson made by hand. */
  @ApiProperty({ type: String, nullable: true })
  @Column({ type: 'text', nullable: true })
  meaning!: string | null;

  /** Which WordNet synset a catalogue lesson was made from (`n02086723`), so that none is loaded twice. */
  @ApiProperty({ type: String, nullable: true, example: 'n02086723' })
  @Column({ type: 'text', nullable: true })
  synset!: string | null;
}
