import { counted, onTerminal } from './table.mts';

const WIDEST_BAR = 24;
const WIDTH_OF_FACTS = 60;
const REDRAW_AFTER_MS = 50;
const RECORDS_PER_LINE = 2_000;

/** Shows the progress of a run: a bar on a terminal, occasional lines elsewhere. */
export class Progress {
	#sent = 0;
	#acknowledged = 0;
	#drawnMs = 0;
	readonly #records: number;
	readonly #states: number;

	constructor(records: number, states: number) {
		this.#records = records;
		this.#states = states;
	}

	recordSent(): void {
		this.#sent++;
		if (onTerminal) this.#redraw();
		else if (this.#sent % RECORDS_PER_LINE === 0) console.log(`  ${this.#facts()}`);
	}

	stateAcknowledged(): void {
		this.#acknowledged++;
		if (onTerminal) this.#redraw();
	}

	/** Prints the final progress. */
	end(): void {
		if (onTerminal) process.stdout.write(`${this.#picture()}\n`);
		else console.log(`  ${this.#facts()}`);
	}

	#redraw(): void {
		const nowMs = performance.now();
		if (nowMs - this.#drawnMs < REDRAW_AFTER_MS) return;
		this.#drawnMs = nowMs;
		process.stdout.write(this.#picture());
	}

	/** The bar shows acknowledged states, because only their records are safe. */
	#picture(): string {
		const room = process.stdout.columns - WIDTH_OF_FACTS;
		const width = Math.max(0, Math.min(WIDEST_BAR, room));
		const full = Math.round((this.#acknowledged / this.#states) * width);
		return `\r\x1b[K  ${'█'.repeat(full)}${'░'.repeat(width - full)}  ${this.#facts()}`;
	}

	#facts(): string {
		const sent = `${counted(this.#sent)} of ${counted(this.#records)} records sent`;
		return `${sent}, ${this.#acknowledged} of ${this.#states} states back`;
	}
}
