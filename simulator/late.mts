interface Late {
	dueAt: number;
	run(at: number): void;
}

/** Queues requests that are applied at a later time. */
export function createLate() {
	let waiting: Late[] = [];
	return {
		add(dueAt: number, run: Late['run']) {
			waiting.push({ dueAt, run });
			waiting.sort((a, b) => a.dueAt - b.dueAt);
		},
		/** Applies due requests. Call it before reading data, so that writes appear on time. */
		apply(at: number) {
			const due = waiting.filter((one) => one.dueAt <= at);
			waiting = waiting.filter((one) => one.dueAt > at);
			for (const { dueAt, run } of due) run(dueAt);
		},
	};
}
