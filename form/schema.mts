import type { RJSFSchema, UiSchema } from '@rjsf/utils';

/** A property of Airbyte's specification, with the keywords that its forms know. */
export interface Property extends Omit<RJSFSchema, 'properties' | 'items' | 'oneOf'> {
	readonly properties?: Readonly<Record<string, Property>>;
	readonly items?: Property;
	readonly oneOf?: readonly Property[];
	readonly airbyte_secret?: boolean;
	readonly always_show?: boolean;
	readonly group?: string;
	readonly order?: number;
	readonly pattern_descriptor?: string;
}

/** What Airbyte calls the specification of a connection. */
export interface Specification extends Property {
	readonly groups?: readonly { readonly id: string; readonly title: string }[];
}

/** Names of properties in the order of the form. */
export const inOrder = (properties: Readonly<Record<string, Property>>): string[] =>
	Object.keys(properties).sort((a, b) => (properties[a]?.order ?? 0) - (properties[b]?.order ?? 0));

/** Says to the form library what Airbyte's own keywords mean. */
export function uiOf(property: Property): UiSchema {
	const { airbyte_secret, examples, items, oneOf, pattern_descriptor, properties } = property;
	const [example] = Array.isArray(examples) ? examples : [];
	return {
		...(airbyte_secret === true && { 'ui:widget': 'password' }),
		...(pattern_descriptor !== undefined && { 'ui:help': pattern_descriptor }),
		...(typeof example !== 'object' &&
			example !== undefined && { 'ui:placeholder': `e.g. ${example}` }),
		...(items && { items: uiOf(items) }),
		...(properties && { ...uisOf(properties), 'ui:order': inOrder(properties) }),
		...Object.assign({}, ...(oneOf ?? []).map((one) => uisOf(one.properties ?? {}))),
	};
}

/** The same for each of these properties. */
export const uisOf = (properties: Readonly<Record<string, Property>>): UiSchema =>
	Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, uiOf(one)]));

/** Without what a form library offers and Airbyte does not: properties of any name. */
export function closed(property: Property): Property {
	const { additionalProperties: _, ...kept } = property;
	const each = (all: Readonly<Record<string, Property>>) =>
		Object.fromEntries(Object.entries(all).map(([name, one]) => [name, closed(one)]));
	return {
		...kept,
		...(kept.properties && { properties: each(kept.properties) }),
		...(kept.items && { items: closed(kept.items) }),
		...(kept.oneOf && { oneOf: kept.oneOf.map(closed) }),
	};
}
