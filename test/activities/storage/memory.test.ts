import { memoryStore } from '../../../activities/storage/memory';
import { objectStoreContract } from './object-store-contract';

objectStoreContract('memory', async () => memoryStore());
