/** The first minor version of each line that supports exact JSON numbers and the proxy settings. */
const OLDEST: Readonly<Record<number, number>> = { 22: 21, 24: 5 };
const NEWEST_LINE = 25;

/** Whether the destination can run on a version of Node. */
export function isSupported(version: string): boolean {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	return major >= NEWEST_LINE || minor >= (OLDEST[major] ?? Number.POSITIVE_INFINITY);
}
