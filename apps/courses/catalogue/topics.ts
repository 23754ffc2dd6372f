/**
 * WordNet's lexicographer files by number (lexnames(5WN)): what its editors sorted synsets into. They are the topics of
 * the catalogue: [name, title of its courses].
 */
const TOPICS: readonly (readonly [name: string, title: string])[] = [
  ['adj.all', 'Adjectives'],
  ['adj.pert', 'Adjectives of belonging'],
  ['adv.all', 'Adverbs'],
  ['noun.Tops', 'First ideas'],
  ['noun.act', 'Acts and actions'],
  ['noun.animal', 'Animals'],
  ['noun.artifact', 'Things people make'],
  ['noun.attribute', 'Qualities of people and things'],
  ['noun.body', 'The body'],
  ['noun.cognition', 'Thinking'],
  ['noun.communication', 'Language and signs'],
  ['noun.event', 'Events'],
  ['noun.feeling', 'Feelings'],
  ['noun.food', 'Food and drink'],
  ['noun.group', 'Groups'],
  ['noun.location', 'Places'],
  ['noun.motive', 'Motives'],
  ['noun.object', 'Things of nature'],
  ['noun.person', 'People'],
  ['noun.phenomenon', 'Phenomena'],
  ['noun.plant', 'Plants'],
  ['noun.possession', 'Possessions'],
  ['noun.process', 'Processes'],
  ['noun.quantity', 'Quantities'],
  ['noun.relation', 'Relations'],
  ['noun.shape', 'Shapes'],
  ['noun.state', 'States'],
  ['noun.substance', 'Substances'],
  ['noun.time', 'Time'],
  ['verb.body', 'Verbs of body and care'],
  ['verb.change', 'Verbs of change'],
  ['verb.cognition', 'Verbs of thought'],
  ['verb.communication', 'Verbs of speech'],
  ['verb.competition', 'Verbs of contest'],
  ['verb.consumption', 'Verbs of eating and drinking'],
  ['verb.contact', 'Verbs of touch'],
  ['verb.creation', 'Verbs of making'],
  ['verb.emotion', 'Verbs of feeling'],
  ['verb.motion', 'Verbs of motion'],
  ['verb.perception', 'Verbs of the senses'],
  ['verb.possession', 'Verbs of having'],
  ['verb.social', 'Verbs of social life'],
  ['verb.stative', 'Verbs of being'],
  ['verb.weather', 'Verbs of weather'],
  ['adj.ppl', 'Participles'],
];

/** @throws RangeError for a number that WordNet 3.1 does not have */
export function topicOf(number: number): { name: string; title: string } {
  const topic = TOPICS[number];
  if (topic === undefined) throw new RangeError(`WordNet has no lexicographer file ${number}.`);
  return { name: topic[0], title: topic[1] };
}
