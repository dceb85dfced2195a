import type { Finding } from './finding.mts';
import type { Options } from './options.mts';
import type { Senders } from './peers.mts';

/** The context of a section. */
export type Bench = {
	options: Options;
	senders: Senders;
	/** For temporary files; removed at the end. */
	folder: string;
};

/** A part of the benchmark that can run alone. */
export type Section = {
	/** Roughly how many seconds it takes on a quiet machine. */
	seconds: (options: Options) => number;
	run: (bench: Bench) => Promise<Finding>;
};
