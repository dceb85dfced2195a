/** A run that cannot go on; the subclass says who can change that. */
export class FlameupError extends Error {
	override name = 'FlameupError';
}

/** The user must change a setting, or a column of the source; trying again does not help. */
export class ConfigError extends FlameupError {
	override name = 'ConfigError';
}

/** Flameup or the network is at fault; the same run can succeed later. */
export class TransientError extends FlameupError {
	override name = 'TransientError';
}

/** Flameup may or may not have done what was asked, and asking again could do it twice. */
export class UncertainError extends TransientError {
	override name = 'UncertainError';
}

/** The run was asked to stop; what had not been sent stays unfinished. */
export class StoppedError extends FlameupError {
	override name = 'StoppedError';
}
