type CleanUp = () => Promise<void> | void;

const cleanUps: CleanUp[] = [];

/** Runs when the tests of this file are over. */
export const atTheEnd = (cleanUp: CleanUp): void => void cleanUps.push(cleanUp);

/** Runs what is due, the latest first. */
export async function cleanUp(): Promise<void> {
	for (let due = cleanUps.pop(); due !== undefined; due = cleanUps.pop()) await due();
}
