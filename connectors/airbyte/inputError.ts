/** An unusable file, option or input; the message says what to do. */
export class InputError extends Error {
	override name = 'InputError';
}

const FAULTS: Readonly<Record<string, string>> = {
	ENOENT: 'does not exist',
	EACCES: 'may not be read by this user',
	EISDIR: 'is a folder',
};

/** The rest of a sentence that begins with a file. */
export function whyUnreadable(error: unknown): string {
	const { code = '' } = error as { code?: string };
	return FAULTS[code] ?? `could not be read (${code})`;
}
