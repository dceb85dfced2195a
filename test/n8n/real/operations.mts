import type { Stage } from './stage.mts';
import { chain, code, flameup, people, trigger } from './workflows.mts';

/** Everything but Create or Update. */
export async function checkOperations({ rest, credential, simulator, check, same }: Stage) {
	const run = (name: string, js: string, node: ReturnType<typeof flameup>) =>
		rest.run(chain(name, trigger, code(js), node), credential);
	const twice = people(3);

	const created = await run('create', twice, flameup({ operation: 'create' }));
	same(
		'Create: everybody is there',
		[created.status, simulator.flameup.people().size],
		['success', 3],
	);
	const onError = 'continueErrorOutput' as const;
	const again = await run('create again', people(4), flameup({ operation: 'create' }, { onError }));
	same('Create: those who exist are rows that failed', again.items('Flameup', 1).length, 3);
	same('Create: the new one is there', again.items('Flameup')[0]?.json.userId, 'user-3');
	check(
		'Create: with the reason',
		!!again.items('Flameup', 1)[0]?.json.error,
		again.items('Flameup', 1)[0]?.json,
	);

	const by = { userId: '={{ $json.userId }}', email: '={{ $json.email }}' };
	for (const findBy of ['userId', 'email'] as const) {
		const js = `${twice.replace('return', 'const items =')} items[1].json.userId = 'x'; items[1].json.email = 'x@x.org'; return items;`;
		const found = await run('get', js, flameup({ operation: 'get', findBy, ...by }, { onError }));
		const userIds = found.items('Flameup').map(({ json }) => json.userId);
		same(`Get by ${findBy}: finds those who exist`, userIds, ['user-0', 'user-2']);
		const failed = found.items('Flameup', 1);
		same(`Get by ${findBy}: the other row failed`, failed.length, 1);
		check(`Get by ${findBy}: with the reason`, !!failed[0]?.json.error, failed[0]?.json);
	}

	await run('many', people(250, 'more'), flameup());
	const all = flameup({ operation: 'getAll', returnAll: true });
	const listed = (await run('all', 'return [{ json: {} }];', all)).items('Flameup');
	const distinct = new Set(listed.map(({ json }) => json.userId));
	same('Get Many: everybody, once', [listed.length, distinct.size], [254, 254]);
	const some = flameup({ operation: 'getAll', returnAll: false, limit: 120 });
	same(
		'Get Many: the limit',
		(await run('120', 'return [{ json: {} }];', some)).items('Flameup').length,
		120,
	);

	const traits = { assignments: [{ id: '1', name: 'seats', value: '={{ 7 }}', type: 'number' }] };
	const update = flameup({ operation: 'updateTraits', findBy: 'userId', ...by, traits });
	const updated = await run('update', twice, update);
	same('Update Traits: the run succeeds', updated.status, 'success');
	const held = simulator.flameup.people().get('user-1')?.traits;
	same('Update Traits: merged', [held?.seats, held?.plan], [7, 'pro']);

	const properties = {
		assignments: [{ id: '1', name: 'plan', value: '={{ $json.plan }}', type: 'string' }],
	};
	const event = {
		resource: 'event',
		operation: 'track',
		event: 'Signed up',
		properties,
		timestamp: '',
	};
	const tracked = await run('track', twice, flameup({ ...event, userId: by.userId }));
	const events = simulator.flameup
		.events()
		.map(({ who, event: name, parameters }) => [who, name, parameters.plan]);
	same('Track: the run succeeds', tracked.status, 'success');
	same('Track: every event once', events, [
		['user-0', 'Signed up', 'free'],
		['user-1', 'Signed up', 'pro'],
		['user-2', 'Signed up', 'free'],
	]);

	simulator.flameup.set({ faults: { [simulator.flameup.stats().requests + 1]: 'reset-after' } });
	const lost = await run('track', people(1), flameup({ ...event, userId: by.userId }, { onError }));
	same('Track: an answer that got lost is not sent twice', simulator.flameup.stats().events, 4);
	check(
		'Track: and says that it is uncertain',
		lost.items('Flameup', 1).length === 1,
		lost.items('Flameup', 1)[0]?.json.error,
	);
}
