import { LocalEngine } from '../../src/engines/local/local-engine.ts';
import { describeEngine } from './describe-engine.ts';

describeEngine('local (2 threads)', () => new LocalEngine({ threads: 2 }));
describeEngine('local (1 thread)', () => new LocalEngine({ threads: 1 }));
