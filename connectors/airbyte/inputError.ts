/** An unusable file, option or input; the message says what to do. */
export class InputError extends Error {
	override name = 'InputError';
}
