package dev.tidemark.backup.repository;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import dev.tidemark.backup.repository.Manifest.Stored;
import dev.tidemark.backup.rows.Rows;
import java.io.IOException;
import java.util.List;

/** Reads the objects of a manifest one by one. */
final class StoredReader extends JsonDeserializer<List<Stored>> {
  @Override
  public List<Stored> deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    if (!parser.isExpectedStartArrayToken()) {
      return context.reportInputMismatch(List.class, "the objects are no list");
    }
    List<Stored> all = new Rows<>(Stored.ROWS);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      Stored object = parser.readValueAs(Stored.class);
      if (object == null
          || object.path() == null
          || object.key() == null
          || object.etag() == null) {
        return context.reportInputMismatch(List.class, "an object without path, key or etag");
      }
      all.add(object);
    }
    return all;
  }
}
