import { expect, it } from 'vitest';
import { API_KEY, API_URL } from '../core/fake-flameup.mts';
import { fakeWrite } from '../core/fake-write.mts';
import { catalogOf } from './catalog.mts';
import { record, state } from './input.mts';
import { reportIn } from './report.mts';

const written = (lines: readonly string[], config = '') =>
	fakeWrite({
		config: `{"api_key":"${API_KEY}","api_url":"${API_URL}"${config}}`,
		catalog: JSON.stringify(catalogOf([{ name: 'people' }, { name: 'leads' }])),
		input: [Buffer.from(lines.join(''))],
	});

it('names a setting that is unknown, however deeply it is nested', async () => {
	const deep = `${'['.repeat(9_000)}1${']'.repeat(9_000)}`;
	const { failure } = await written([], `,"more":${deep}`);
	expect(failure).toMatchObject({ trace: { error: { failure_type: 'config_error' } } });
	expect(JSON.stringify(failure)).toContain('more');
});

it('prints a state as JSON in which a source wrote NaN', async () => {
	const odd = state(1).replace('"cursor":1', '"cursor":NaN,"text":"NaN"');
	const { failure, states } = await written([record({ id: 'a' }), odd]);
	expect(failure).toBeUndefined();
	expect(states.length).toBe(1);
	const { stream } = JSON.parse(states[0] ?? '').state;
	expect(stream.stream_state).toMatchObject({ cursor: null, text: 'NaN' });
});

it('counts records of skipped streams in the report', async () => {
	const { logs } = await written(
		[record({ id: 'a' }), record({ id: 'b' }, { stream: 'leads' })],
		',"streams":[{"stream":"leads","skip_stream":true}]',
	);
	const messages = logs.flatMap((message) => (message.type === 'LOG' ? [message.log.message] : []));
	expect(reportIn(messages)).toMatchObject({ received: 2, upserted: 1, skipped: 1 });
});
