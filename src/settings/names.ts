/** A column name for loose comparison: lower case, without spaces, `_` and `-` (unless nothing else is left). */
export const looseName = (name: string): string => {
	const lower = name.toLowerCase();
	return lower.replace(/[\s_-]/g, '') || lower;
};
