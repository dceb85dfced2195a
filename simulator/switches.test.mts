import { expect, it } from 'vitest';
import { defaults, readSwitches } from './switches.mts';

it.each([
	[{ errorShape: 'A' }, { errorShape: 'A' }],
	[{ validationStatus: '422' }, { validationStatus: 422 }],
	[{ partial: 'true' }, { partial: true }],
	[{ latencyMs: '50-200' }, { latencyMs: [50, 200] }],
	[{ latencyMs: '50' }, { latencyMs: 50 }],
	[{ clockSkewMs: '-5000' }, { clockSkewMs: -5000 }],
	[{ faults: '3=429,7=stall' }, { faults: { 3: '429', 7: 'stall' } }],
	[{ faultKinds: '500,cut' }, { faultKinds: ['500', 'cut'] }],
	[{ keys: 'k=people:write' }, { keys: [{ key: 'k', permissions: ['people:write'] }] }],
	[
		{ keys: ['k', { key: 'l', permissions: ['admin'] }] },
		{
			keys: [
				{ key: 'k', permissions: ['*'] },
				{ key: 'l', permissions: ['admin'] },
			],
		},
	],
	[{ limit: undefined }, {}],
])('reads %j', (given, expected) => {
	expect(readSwitches(given)).toEqual(expected);
});

it.each([
	[{ errorShape: 'E' }, 'errorShape must be D, A, B or C, not "E".'],
	[{ limit: -1 }, 'limit must be a whole number from 0, not "-1".'],
	[{ limit: '' }, 'limit must be a whole number from 0, not "".'],
	[{ limit: 1.5 }, 'limit must be a whole number from 0, not "1.5".'],
	[{ faultRate: 2 }, 'faultRate must be a number from 0 to 1, not "2".'],
	[
		{ latencyMs: '200-50' },
		'latencyMs must be milliseconds, or a range like 50-200, not "200-50".',
	],
	[{ faults: '0=500' }, 'faults must be request=fault, … (like 3=429,7=stall), not "0=500".'],
	[{ partial: 'yes' }, 'partial must be true or false, not "yes".'],
	[{ keys: 'secret=root' }, 'keys must be KEY or KEY=permission,… (may be repeated).'],
	[{ nonsense: 1 }, 'There is no switch "nonsense".'],
	[{ constructor: 1 }, 'There is no switch "constructor".'],
])('refuses %j', (given, sentence) => {
	expect(() => readSwitches(given)).toThrow(sentence);
});

it('takes every default as a value', () => {
	expect(readSwitches(defaults())).toEqual(defaults());
});
