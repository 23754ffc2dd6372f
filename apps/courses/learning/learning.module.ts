import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Enrolment } from './enrolment.entity';
import { LearningController } from './learning.controller';
import { LearningService } from './learning.service';
import { Progress } from './progress.entity';

@Module({
  imports: [TypeOrmModule.forFeature([Enrolment, Progress])],
  controllers: [LearningController],
  providers: [LearningService],
})
export class LearningModule {}
