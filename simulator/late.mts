interface Late {
	dueAt: number;
	run(at: number): void;
}

/** Keeps requests that are carried out at a later time. */
export function createLate() {
	let waiting: Late[] = [];
	return {
		add(dueAt: number, run: Late['run']) {
			waiting.push({ dueAt, run });
			waiting.sort((a, b) => a.dueAt - b.dueAt);
		},
		/** Carries out what is due. Call it before reading data, so that writes seem to be on time. */
		apply(at: number) {
			const due = waiting.filter((one) => one.dueAt <= at);
			waiting = waiting.filter((one) => one.dueAt > at);
			for (const { dueAt, run } of due) run(dueAt);
		},
	};
}
