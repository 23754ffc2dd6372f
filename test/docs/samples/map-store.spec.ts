import { describeObjectStoreContract } from '../../../libs/testing';
import { MapStore } from './map-store';

describeObjectStoreContract('MapStore', () => new MapStore());
