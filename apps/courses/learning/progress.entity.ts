import { ApiProperty } from '@nestjs/swagger';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Lesson } from '../courses/lesson.entity';
import { User } from '../users/user.entity';

/** How well a user knows a lesson: the last score, one row for each user and lesson. */
@Entity('progress')
export class Progress {
  @ApiProperty()
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'progress_user_lesson' })
  userId!: number;

  @ApiProperty()
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'progress_user_lesson' })
  lessonId!: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'userId', foreignKeyConstraintName: 'progress_user_fk' })
  user?: User;

  @ManyToOne(() => Lesson, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'lessonId', foreignKeyConstraintName: 'progress_lesson_fk' })
  lesson?: Lesson;

  @ApiProperty({ example: 80 })
  @Column('real')
  score!: number;
}
