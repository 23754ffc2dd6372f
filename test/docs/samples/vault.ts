import { Injectable } from '@nestjs/common';
import type { S3Settings } from 'nestjs-persistence/storage/s3';

/** Stands for whatever keeps an app's secrets. */
@Injectable()
export class Vault {
  static contents: Partial<S3Settings> = {};

  keys(): Promise<Partial<S3Settings>> {
    return Promise.resolve(Vault.contents);
  }
}
