import type { ImportedLesson } from '../courses/course-import';
import { topicOf } from './topics';
import type { Synset } from './wordnet-synset';

/** A synset as a lesson: its words are what is learnt, its gloss says what they mean. */
export function toLesson(synset: Synset): ImportedLesson {
  const topic = topicOf(synset.topic);
  return {
    synset: synset.id,
    topic: topic.name,
    topicTitle: topic.title,
    title: synset.words.join(', '),
    meaning: synset.meaning,
  };
}
