import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Listens to JUnit's platform for one run: tells the recorder how each test ended, by a line of its own for each, past
 * what the code under test writes. The key comes once, over the connection, before any test runs.
 */
public final class TddWitness implements TestExecutionListener {
  private static final Pattern CLASS = Pattern.compile("\\[(?:class|runner|spec):([^\\]]+)\\]");

  private final SocketChannel channel;
  private long low;
  private long high;
  private int count;

  /** Connects, where somebody listens. */
  public TddWitness() {
    channel = connected();
  }

  @Override
  public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (channel == null || !test.isTest()) {
      return;
    }
    Matcher found = CLASS.matcher(test.getUniqueId());
    String name = found.find() ? found.group(1) : "?";
    boolean passed = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
    String line = count++ + " " + (passed ? "pass" : "fail") + " " + name;
    byte[] text = line.getBytes(StandardCharsets.UTF_8);
    String sealed = Long.toHexString(seal(text)) + " " + line + "\n";
    ByteBuffer raw = ByteBuffer.wrap(sealed.getBytes(StandardCharsets.UTF_8));
    try {
      while (raw.hasRemaining()) {
        channel.write(raw);
      }
    } catch (IOException gone) {
      return;
    }
  }

  private SocketChannel connected() {
    String place = System.getenv("TDD_WITNESS");
    if (place == null) {
      return null;
    }
    try {
      SocketChannel opened = SocketChannel.open(UnixDomainSocketAddress.of(place));
      ByteBuffer key = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
      while (key.hasRemaining()) {
        if (opened.read(key) < 0) {
          return null;
        }
      }
      low = key.getLong(0);
      high = key.getLong(8);
      return opened;
    } catch (IOException | RuntimeException absent) {
      return null;
    }
  }

  /** SipHash-2-4 (Aumasson and Bernstein, 2012). */
  private long seal(byte[] text) {
    long[] state = {
      low ^ 0x736f6d6570736575L, high ^ 0x646f72616e646f6dL, low ^ 0x6c7967656e657261L, high ^ 0x7465646279746573L
    };
    long word = 0;
    for (int place = 0; place < text.length; place++) {
      word |= (text[place] & 0xffL) << (8 * (place % 8));
      if (place % 8 == 7) {
        taken(state, word);
        word = 0;
      }
    }
    taken(state, word | (long) text.length << 56);
    state[2] ^= 0xff;
    turned(state, 4);
    return state[0] ^ state[1] ^ state[2] ^ state[3];
  }

  private static void taken(long[] state, long word) {
    state[3] ^= word;
    turned(state, 2);
    state[0] ^= word;
  }

  private static void turned(long[] s, int times) {
    for (int turn = 0; turn < times; turn++) {
      s[0] += s[1];
      s[1] = Long.rotateLeft(s[1], 13) ^ s[0];
      s[0] = Long.rotateLeft(s[0], 32);
      s[2] += s[3];
      s[3] = Long.rotateLeft(s[3], 16) ^ s[2];
      s[0] += s[3];
      s[3] = Long.rotateLeft(s[3], 21) ^ s[0];
      s[2] += s[1];
      s[1] = Long.rotateLeft(s[1], 17) ^ s[2];
      s[2] = Long.rotateLeft(s[2], 32);
    }
  }
}
