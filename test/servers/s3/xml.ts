import { type S3Failure } from './failure';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const CHARACTERS = new Map(Object.entries(ENTITIES).map(([text, entity]) => [entity, text]));

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

function unescapeXml(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (entity, name: string) => {
    if (!name.startsWith('#')) return CHARACTERS.get(entity) ?? entity;
    const hex = name[1] === 'x' || name[1] === 'X';
    return String.fromCodePoint(hex ? parseInt(name.slice(2), 16) : Number(name.slice(1)));
  });
}

/** The texts of all elements of that name; none of the requests nests one in its like. */
export function textsOf(xml: string, element: string): string[] {
  const pattern = new RegExp(`<${element}>([^<]*)</${element}>`, 'g');
  return [...xml.matchAll(pattern)].map(([, text]) => unescapeXml(text!));
}

export function element(name: string, content: string | number | boolean): string {
  return `<${name}>${content}</${name}>`;
}

export function document(root: string, content: string): string {
  const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${content}</${root}>`;
}

export function failureXml(failure: S3Failure, resource: string): string {
  const content =
    element('Code', failure.code) +
    element('Message', escapeXml(failure.message)) +
    element('Resource', escapeXml(resource));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('Error', content)}`;
}
