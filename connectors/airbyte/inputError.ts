/** A file, an option or an input that this program cannot work with; the message says what to do. */
export class InputError extends Error {
	override name = 'InputError';
}
