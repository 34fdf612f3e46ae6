// A plugin of codegen: writes which objects without an id Apollo's cache has to merge.

import { getNullableType, isAbstractType, isObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';

/**
 * Write a type policy for each type without an id that is one place in an object with an id, or in a query: there it is the same thing, of
 * which two queries may select two parts. What is in a list is another thing each time. A preview is a whole, and never part old, part new.
 */
export function plugin(schema: GraphQLSchema): string {
  const policies: Record<string, { merge: true }> = {};
  const reached = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && 'id' in type.getFields());
  for (const type of [schema.getQueryType()!, ...reached] as GraphQLObjectType[]) follow(type);
  return `export default ${JSON.stringify(policies, Object.keys(policies).sort().concat('merge'), 2)} as const;\n`;

  function follow(owner: GraphQLObjectType): void {
    for (const field of Object.values(owner.getFields())) {
      const type = getNullableType(field.type);
      for (const one of isAbstractType(type) ? schema.getPossibleTypes(type) : isObjectType(type) ? [type] : []) {
        const whole = 'id' in one.getFields() || 'userErrors' in one.getFields();
        if (whole || one.name in policies) continue;
        policies[one.name] = { merge: true };
        follow(one);
      }
    }
  }
}
