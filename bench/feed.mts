/** Writes a source's messages to stdout: `node feed.mts SHAPE`, as JSON. */
import { writeRecords } from './records.mts';

writeRecords('/dev/stdout', JSON.parse(process.argv[2] ?? ''));
