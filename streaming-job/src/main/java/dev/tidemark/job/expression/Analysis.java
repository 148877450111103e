package dev.tidemark.job.expression;

import java.util.List;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.catalyst.QueryPlanningTracker;
import org.apache.spark.sql.catalyst.analysis.Analyzer;
import org.apache.spark.sql.catalyst.analysis.FakeV2SessionCatalog$;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry$;
import org.apache.spark.sql.catalyst.catalog.InMemoryCatalog;
import org.apache.spark.sql.catalyst.catalog.SessionCatalog;
import org.apache.spark.sql.catalyst.optimizer.BooleanSimplification$;
import org.apache.spark.sql.catalyst.optimizer.ConstantFolding$;
import org.apache.spark.sql.catalyst.optimizer.LikeSimplification$;
import org.apache.spark.sql.catalyst.optimizer.NullPropagation$;
import org.apache.spark.sql.catalyst.optimizer.OptimizeIn$;
import org.apache.spark.sql.catalyst.optimizer.ReplaceExpressions$;
import org.apache.spark.sql.catalyst.optimizer.ReplaceUpdateFieldsExpression$;
import org.apache.spark.sql.catalyst.optimizer.SimplifyCasts$;
import org.apache.spark.sql.catalyst.optimizer.SimplifyConditionals$;
import org.apache.spark.sql.catalyst.optimizer.SimplifyExtractValueOps$;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.connector.catalog.CatalogManager;
import org.apache.spark.sql.internal.SQLConf;
import scala.Option;

/**
 * Spark's analyzer and the rewriting rules an expression needs before it can be evaluated, without
 * a session. Fixed for every job, whatever its Spark settings say: session time zone UTC, names
 * regardless of case, ANSI mode off (Spark 3.5's default: a failed cast gives null instead of
 * stopping the job).
 */
final class Analysis {

  private static final SQLConf CONF = conf();

  /**
   * Set on a thread that has entered: to enter again for every row would cost more than many do.
   */
  private static final ThreadLocal<Boolean> ENTERED = new ThreadLocal<>();

  private static final Analyzer ANALYZER = analyzer();

  /**
   * The first is a must, {@code upper}-like functions apart most newer ones are only names for
   * others; the rest save work.
   */
  private static final List<Rule<LogicalPlan>> ONCE =
      List.of(ReplaceExpressions$.MODULE$, ReplaceUpdateFieldsExpression$.MODULE$);

  private static final List<Rule<LogicalPlan>> REPEATED =
      List.of(
          NullPropagation$.MODULE$,
          ConstantFolding$.MODULE$,
          LikeSimplification$.MODULE$,
          BooleanSimplification$.MODULE$,
          SimplifyConditionals$.MODULE$,
          OptimizeIn$.MODULE$,
          SimplifyCasts$.MODULE$,
          SimplifyExtractValueOps$.MODULE$);

  private Analysis() {}

  private static SQLConf conf() {
    SQLConf conf = new SQLConf();
    conf.setConfString("spark.sql.session.timeZone", "UTC");
    conf.setConfString("spark.sql.ansi.enabled", "false");
    conf.setConfString("spark.sql.caseSensitive", "false");
    return conf;
  }

  private static Analyzer analyzer() {
    return within(
        () -> {
          SessionCatalog session =
              new SessionCatalog(
                  new InMemoryCatalog(new SparkConf(false), new Configuration(false)),
                  FunctionRegistry$.MODULE$.builtin());
          return new Analyzer(new CatalogManager(FakeV2SessionCatalog$.MODULE$, session));
        });
  }

  /** Runs something with the fixed settings, on whatever thread. */
  static <T> T within(Supplier<T> work) {
    if (ENTERED.get() != null) {
      return work.get();
    }
    ENTERED.set(true);
    try {
      return SQLConf.withExistingConf(CONF, work::get);
    } finally {
      ENTERED.remove();
    }
  }

  /** Names and types resolved and checked; throws Spark's AnalysisException. */
  static LogicalPlan resolve(LogicalPlan plan) {
    return ANALYZER.executeAndCheck(plan, new QueryPlanningTracker(Option.empty()));
  }

  /** The same plan in terms of expressions that can be evaluated. */
  static LogicalPlan rewrite(LogicalPlan plan) {
    LogicalPlan now = plan;
    for (Rule<LogicalPlan> rule : ONCE) {
      now = rule.apply(now);
    }
    for (int round = 0; round < 10; round++) {
      LogicalPlan before = now;
      for (Rule<LogicalPlan> rule : REPEATED) {
        now = rule.apply(now);
      }
      if (now.fastEquals(before)) {
        break;
      }
    }
    return now;
  }
}
