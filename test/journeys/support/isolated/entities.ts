import 'reflect-metadata';
import {
  Column,
  Entity,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type ObjectLiteral,
  type Repository,
} from 'typeorm';

@Entity()
export class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Column('text') text!: string;
}

@Entity()
export class Audit {
  @PrimaryGeneratedColumn() id!: number;
  @Column('text') text!: string;
}

@Entity()
export class Account {
  @PrimaryGeneratedColumn() id!: number;
  @Column('int') balance!: number;
}

@Entity()
export class Author {
  @PrimaryGeneratedColumn() id!: number;
  @Column('text') name!: string;
  @OneToMany('Book', 'author', { cascade: true, lazy: true })
  books!: Promise<Book[]>;
}

@Entity()
export class Book {
  @PrimaryGeneratedColumn() id!: number;
  @Column('text') title!: string;
  @ManyToOne('Author', 'books', { lazy: true, onDelete: 'CASCADE' })
  author!: Promise<Author>;
}

export const entities = [Note, Audit, Account, Author, Book];

export type AnyRepository = Repository<ObjectLiteral>;
