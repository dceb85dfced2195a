import { join } from 'node:path';
import { deliveries, digits, figuresOf, lossesOf } from '../figures.mts';
import { measure, type Sample } from '../measure.mts';
import { OURS } from '../peers.mts';
import type { Section } from '../section.mts';
import { startSink } from '../server.mts';
import { whole } from '../table.mts';

const FEED = join(import.meta.dirname, '../feed.mts');
const MOST_MEGABYTES = 90;

/** Whether memory stays constant in a very long sync; its source is generated while it is read. */
export const growth: Section = {
	seconds: ({ 'growth-records': records }) => 1.1 * records * 25e-6,
	async run({ options, senders, folder }) {
		const { answers, kinds, seed, 'growth-records': records } = options;
		const server = await startSink(answers);
		const [ours] = senders({ apiUrl: server.apiUrl, limited: false });
		if (!ours) throw new Error(`${OURS} is missing`);
		const samples: Sample[] = [];
		for (const size of [Math.ceil(records / 10), records]) {
			console.error(`${size} records, generated while they are read`);
			const shape = { records: size, perState: 1_000, seed, kind: kinds[0] ?? 'ascii' };
			const source = [process.execPath, FEED, JSON.stringify(shape)];
			samples.push(await measure(ours, { shape, source, server, folder }));
		}
		server.stop();
		const figures = samples.map((sample) => ({ ...sample.shape, ...figuresOf([sample]) }));
		const [least = Number.NaN, most = Number.NaN] = figures.map((of) => of.peakMegabytes);
		return {
			section: 'growth',
			title: 'A very long sync',
			notes: [
				'No latency, no rate limit, a STATE every 1,000; the source is generated while it is read, which limits the speed; one run each.',
				deliveries(samples),
			],
			tables: [
				{
					rows: [
						['records', 'records/s', 'CPU s per 1M', 'peak MB'],
						...figures.map((of) => [
							whole(of.records),
							whole(of.recordsPerSecond),
							digits(of.cpuPerMillion, 2),
							digits(of.peakMegabytes, 0),
						]),
					],
				},
			],
			aims: [
				{ label: `peak MB at ${whole(records)}`, value: most, atMost: MOST_MEGABYTES },
				{ label: 'peak × that of the shorter one', value: most / least, atMost: 1.15 },
			],
			losses: lossesOf(samples),
			charts: [],
		};
	},
};
