export const DURABILITIES = ['async', 'confirmed'] as const;

/** Which answers of the app are promises: those to writes (`@Durable()`), or all of them, reads included. */
export type Durability = (typeof DURABILITIES)[number];
