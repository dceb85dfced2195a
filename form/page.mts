import Form from '@rjsf/core';
import type { RJSFSchema } from '@rjsf/utils';
import validator from '@rjsf/validator-ajv8';
import { createElement as element, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { closed, inOrder, type Property, type Specification, uisOf } from './schema.mts';
import { STYLE } from './style.mts';

/** The part of the form with these properties. */
function fields(
	specification: Specification,
	properties: Readonly<Record<string, Property>>,
	names: readonly string[],
): ReactNode {
	const own = Object.fromEntries(names.map((name) => [name, properties[name] ?? {}]));
	const required = specification.required?.filter((name: string) => names.includes(name)) ?? [];
	return element(Form, {
		schema: { type: 'object', properties: own, required } as RJSFSchema,
		uiSchema: {
			...uisOf(own),
			'ui:order': [...names],
			'ui:submitButtonOptions': { norender: true },
		},
		validator,
		tagName: 'div',
		idPrefix: names.join('-'),
	});
}

/** A card: its title, what is always shown, and the optional rest, folded as Airbyte does. */
function card(specification: Specification, title: string, names: readonly string[]): ReactNode {
	const { properties = {}, required = [] } = closed(specification);
	const isShown = (name: string) =>
		required.includes(name) || properties[name]?.always_show === true;
	const [shown, folded] = [names.filter(isShown), names.filter((name) => !isShown(name))];
	return element(
		'section',
		{ key: title },
		element('h2', null, title),
		shown.length > 0 && fields(specification, properties, shown),
		folded.length > 0 &&
			element(
				'details',
				{ open: shown.length === 0 },
				element('summary', null, 'Optional fields'),
				fields(specification, properties, folded),
			),
	);
}

/** The page that Airbyte shows for a specification: a card for each group, without its behaviour. */
export function page(specification: Specification): string {
	const { groups = [], properties = {}, title } = specification;
	const names = inOrder(properties);
	const cards = groups.map(({ id, title }) =>
		card(
			specification,
			title,
			names.filter((name) => properties[name]?.group === id),
		),
	);
	const body = element(
		'html',
		{ lang: 'en' },
		element('head', null, element('title', null, title), element('style', null, STYLE)),
		element('body', null, element('h1', null, `Set up ${title}`), cards),
	);
	return `<!doctype html>${renderToStaticMarkup(body)}`;
}
