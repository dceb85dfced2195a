/** How column names are compared: without case, spaces, `_` and `-`, unless nothing else is in them. */
export const looseName = (name: string): string => {
	const lower = name.toLowerCase();
	return lower.replace(/[\s_-]/g, '') || lower;
};
