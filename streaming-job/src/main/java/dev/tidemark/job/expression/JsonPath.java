package dev.tidemark.job.expression;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.GetJsonObject;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.SharedFactory$;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Spark's {@code get_json_object} for a constant path of names, such as {@code $.order.id}. Spark
 * decodes every document to characters before it parses it, with a buffer of its own for each; here
 * the bytes are parsed as they are. The results are the same, malformed documents included, which
 * is a property that is tested; a document where they might not be is left to Spark.
 */
public final class JsonPath {
  private static final Pattern NAMES = Pattern.compile("\\$(\\.[A-Za-z0-9_]+)+");
  private static final JsonFactory FACTORY = SharedFactory$.MODULE$.jsonFactory();
  private static final UTF8String LEFT_TO_SPARK = UTF8String.fromString("left to Spark");

  private final String[] names;
  private final GetJsonObject original;

  private JsonPath(String path) {
    this.names = path.substring(2).split("\\.", -1);
    this.original =
        new GetJsonObject(
            new BoundReference(0, DataTypes.StringType, true),
            Literal.create(path, DataTypes.StringType));
  }

  /** The path in a text, if it is one of names only. */
  static Optional<JsonPath> of(String text) {
    return NAMES.matcher(text).matches() ? Optional.of(new JsonPath(text)) : Optional.empty();
  }

  /** The expression itself, or this in its place. */
  static Expression inPlaceOf(Expression expression) {
    if (!(expression instanceof GetJsonObject get)
        || !(get.path() instanceof Literal literal)
        || literal.value() == null) {
      return expression;
    }
    return of(literal.value().toString())
        .map(path -> Binding.call("get", DataTypes.StringType, get.json(), path))
        .orElse(expression);
  }

  /** What the path leads to; null when it leads nowhere or the text is not JSON. */
  public static UTF8String get(UTF8String json, JsonPath path) {
    byte[] bytes = json.getBytes();
    // Another beginning may make Jackson take the bytes for UTF-16 or UTF-32.
    boolean plain = bytes.length > 1 && bytes[0] == '{' && bytes[1] != 0 && Utf8.isValid(bytes);
    UTF8String found = plain ? path.in(bytes) : LEFT_TO_SPARK;
    return LEFT_TO_SPARK.equals(found) ? path.original(json) : found;
  }

  private UTF8String original(UTF8String json) {
    return (UTF8String) original.eval(new GenericInternalRow(new Object[] {json}));
  }

  private UTF8String in(byte[] bytes) {
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      parser.nextToken();
      return search(parser, 0);
    } catch (JsonProcessingException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In the object that has just begun: it is read to its end, the first field that fits counts. */
  private UTF8String search(JsonParser parser, int depth) throws IOException {
    UTF8String found = null;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      boolean fits =
          found == null
              && parser.currentToken() == JsonToken.FIELD_NAME
              && parser.currentName().equals(names[depth]);
      if (!fits) {
        parser.skipChildren();
      } else if (parser.nextToken() != JsonToken.VALUE_NULL) {
        found = at(parser, depth + 1);
      }
    }
    return found;
  }

  private UTF8String at(JsonParser parser, int depth) throws IOException {
    if (depth == names.length) {
      return text(parser);
    }
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      return search(parser, depth);
    }
    parser.skipChildren();
    return null;
  }

  private static UTF8String text(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      String text = parser.getText();
      // Half a surrogate pair, which only an escape can make, is an error to Spark.
      return text.chars().anyMatch(c -> Character.isSurrogate((char) c))
          ? LEFT_TO_SPARK
          : UTF8String.fromString(text);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator generator = FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
      generator.copyCurrentStructure(parser);
    }
    return UTF8String.fromBytes(out.toByteArray());
  }
}
