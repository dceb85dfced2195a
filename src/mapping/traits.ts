import type { Mapping } from '../settings/settings';
import { isExactNumber } from './exactNumbers';
import { withoutExcluded } from './exclusions';
import {
	asJson,
	define,
	isBlank,
	isEmpty,
	isObject,
	opened,
	type SourceRecord,
	scalarText,
	toJson,
} from './jsonValues';
import { findKey } from './listings';
import type { Rule, Rules, Target } from './targets';

/** Objects nested deeper are not flattened. */
const DEEPEST = 50;

/** The values of one record, by what they become. */
export interface Parts {
	readonly traits: Record<string, unknown>;
	email: unknown;
	phone: unknown;
	/** Objects to be flattened after all columns have their traits. */
	nested: [name: string, value: SourceRecord][] | undefined;
}

/** Puts the values of a record into the parts of a person. */
export class Traits {
	readonly #keepsEmpty: boolean;
	readonly #nested: Mapping['nested_values'];
	readonly #onClash: (trait: string) => void;

	/** `onClash` is called with a trait's name if a flattened value is dropped because the trait exists. */
	constructor({ empty_values, nested_values }: Mapping, onClash: (trait: string) => void) {
		this.#keepsEmpty = empty_values === 'send';
		this.#nested = nested_values;
		this.#onClash = onClash;
	}

	/** Puts one value into its target. */
	place(parts: Parts, target: Target, value: unknown): void {
		if (target.to === 'trait') this.#add(parts, target, value);
		else if (target.to === 'email') parts.email = value ?? parts.email;
		else if (target.to === 'phone') parts.phone = value ?? parts.phone;
	}

	/** Applies the rules for places inside a value, and puts the rest of it into its target. */
	placeRest(parts: Parts, target: Target, given: unknown): void {
		const rest = this.#divide(parts, target, given);
		if (rest !== undefined) this.place(parts, target, rest);
	}

	#divide(parts: Parts, { exclusions, rules }: Target, given: unknown): unknown {
		const value = exclusions === undefined ? given : withoutExcluded(given, exclusions);
		if (rules !== undefined) return this.#apply(parts, rules, value);
		return isObject(value) && isEmpty(value) ? undefined : value;
	}

	/** What is left of a value once its rules are applied. Inside a list (no parts), nothing is moved. */
	#apply(parts: Parts | undefined, rules: Rules, given: unknown, depth = 0): unknown {
		if (depth > DEEPEST) return undefined;
		const value = opened(given);
		let rest: unknown;
		if (isObject(value)) rest = this.#applyToMembers(parts, rules, value, depth);
		else if (!Array.isArray(value) || rules.isWhole) return rules.isWhole ? given : undefined;
		else rest = this.#applyToItems(rules, value, depth);
		return typeof given === 'string' && rest !== undefined ? toJson(rest) : rest;
	}

	#applyToItems(rules: Rules, list: readonly unknown[], depth: number): unknown {
		const rest = list
			.map((item) => this.#apply(undefined, rules, item, depth + 1))
			.filter((item) => item !== undefined);
		return rest.length === 0 ? undefined : rest;
	}

	#applyToMembers(
		parts: Parts | undefined,
		rules: Rules,
		value: SourceRecord,
		depth: number,
	): SourceRecord | undefined {
		const rest: Record<string, unknown> = rules.isWhole ? { ...value } : {};
		for (const [listed, rule] of rules.members) {
			const key = findKey(value, listed);
			if (key === undefined) continue;
			delete rest[key];
			const kept = this.#applyRule(parts, rule, value[key], depth);
			if (kept !== undefined) define(rest, key, kept);
		}
		return isEmpty(rest) ? undefined : rest;
	}

	/** Applies the rule of one member; returns what stays in its object. */
	#applyRule(parts: Parts | undefined, rule: Rule, member: unknown, depth: number): unknown {
		const { listings, rules, target } = rule;
		for (const listing of listings) listing.wasSeen = true;
		const inner = rules === undefined ? member : this.#apply(parts, rules, member, depth + 1);
		if (target === undefined) return inner;
		if (parts === undefined)
			return listings.some(({ setting }) => setting === 'only_columns') ? inner : undefined;
		if (inner !== undefined) this.place(parts, target, inner);
		return undefined;
	}

	/** Flattens the objects in `nested`. Columns and less deeply nested members win. */
	finish({ nested, traits }: Parts): void {
		for (const [name, value] of nested ?? []) this.#flatten(traits, name, value, 1);
	}

	#add(parts: Parts, { asText, name }: Target, given: unknown): void {
		const value = asText && typeof given === 'string' ? given.trim() : asJson(given);
		if (isBlank(value)) {
			const isKept = this.#keepsEmpty && !Object.hasOwn(parts.traits, name);
			if (isKept) define(parts.traits, name, value ?? null);
		} else if (asText) {
			define(parts.traits, name, scalarText(value) ?? toJson(value) ?? value);
		} else if (typeof value === 'object' && !isExactNumber(value)) {
			this.#addNested(parts, name, value as object);
		} else {
			define(parts.traits, name, value);
		}
	}

	#addNested(parts: Parts, name: string, value: object): void {
		if (this.#nested === 'flatten' && isObject(value)) {
			parts.nested ??= [];
			parts.nested.push([name, value]);
		} else {
			define(parts.traits, name, this.#nested === 'text' ? (toJson(value) ?? value) : value);
		}
	}

	#flatten(
		traits: Record<string, unknown>,
		name: string,
		value: SourceRecord,
		depth: number,
	): void {
		for (const [key, raw] of Object.entries(value)) {
			const path = `${name}.${key}`;
			const inner = asJson(raw);
			if (isBlank(inner) && !this.#keepsEmpty) continue;
			if (isObject(inner) && depth < DEEPEST) this.#flatten(traits, path, inner, depth + 1);
			else if (Object.hasOwn(traits, path)) this.#onClash(path);
			else define(traits, path, inner);
		}
	}
}
