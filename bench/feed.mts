/** Writes a source's messages to stdout: `node feed.mts RECORDS PER_STATE SEED`. */
import { writeRecords } from './records.mts';

const [records = 0, perState = 1, seed = 1] = process.argv.slice(2).map(Number);
writeRecords('/dev/stdout', { records, perState, seed });
