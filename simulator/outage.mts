import type { Server } from 'node:http';
import type { Flameup } from './flameup.mts';

/** Closes the port for as long as an outage of the kind `refused` lasts. */
export function createOutage(
	server: Server,
	flameup: Flameup,
	port: number,
	now: () => number = Date.now,
) {
	let timer: NodeJS.Timeout | undefined;

	function shut(to: number) {
		server.close();
		server.closeAllConnections();
		timer = setTimeout(() => {
			timer = undefined;
			server.listen(port, '127.0.0.1');
		}, to - now());
	}

	return {
		/** Sets the timer once the first request has come. */
		plan() {
			const outage = flameup.outage();
			if (timer || !outage || flameup.switches().outageKind !== 'refused') return;
			if (now() < outage.to) timer = setTimeout(() => shut(outage.to), outage.from - now());
		},
		forget: () => clearTimeout(timer),
	};
}
