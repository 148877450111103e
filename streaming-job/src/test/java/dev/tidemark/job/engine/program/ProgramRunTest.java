package dev.tidemark.job.engine.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of programs that cannot be run. */
class ProgramRunTest {
  /** Returns at once. */
  public static final class Returns {
    private Returns() {}

    public static void main(String[] args) {
      assertThat(args).containsExactly("first", "second");
    }
  }

  /** Was built against something else. */
  public static final class Unfit {
    private Unfit() {}

    public static void main(String[] args) {
      if (args.length > 0) {
        throw new NoSuchMethodError("org.apache.spark.streaming.Gone.gone()");
      }
    }
  }

  /** Fails by itself. */
  public static final class Fails {
    private Fails() {}

    public static void main(String[] args) throws Exception {
      if (args.length > 0) {
        throw new java.io.IOException("no such file");
      }
    }
  }

  private static Trouble trouble(Class<?> program) {
    return trouble(program.getName());
  }

  private static Trouble trouble(String program) {
    ProgramRun run =
        new ProgramRun(
            new Settings.Application(program, List.of("first", "second"), "Ledger"),
            new ProgramHost(null, null, "job", 1));
    return catchThrowableOfType(Trouble.class, run::start);
  }

  @Test
  void aClassThatIsNotThere() {
    Trouble trouble = trouble("example.Missing");
    assertThat(trouble.reason()).isEqualTo(Reason.InvalidApplication);
    assertThat(trouble).hasMessageContaining("application.mainClass example.Missing");
  }

  @Test
  void aProgramWithoutAStream() {
    Trouble trouble = trouble(Returns.class);
    assertThat(trouble.reason()).isEqualTo(Reason.InvalidApplication);
    assertThat(trouble).hasMessageContaining("returned without starting the stream");
  }

  @Test
  void aProgramOfAnotherSpark() {
    Trouble trouble = trouble(Unfit.class);
    assertThat(trouble.reason()).isEqualTo(Reason.InvalidApplication);
    assertThat(trouble).hasMessageContaining("build it against Spark 3.5.5 and Scala 2.12");
  }

  @Test
  void aProgramThatFails() {
    Trouble trouble = trouble(Fails.class);
    assertThat(trouble.reason()).isEqualTo(Reason.BatchFailed);
    assertThat(trouble).hasMessageContaining("no such file");
  }
}
