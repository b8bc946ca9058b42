# Runs minitest or rspec and writes what happens to a sealed record. Copied to a private folder and run as a file:
# ruby ruby_run.rb ORDERS. The nonce that seals the record comes by standard input, once.
require "json"
require "openssl"

# Lines of JSON and a digest of them all under the nonce.
class TddRecord
  def initialize(path, nonce)
    @file = File.open(path, "wb")
    @file.sync = true
    @digest = OpenSSL::HMAC.new(nonce, "SHA256")
  end

  def write(line)
    row = JSON.generate(line) + "\n"
    @digest << row
    @file.write(row)
  end

  def close
    @file.write(JSON.generate({ seal: @digest.hexdigest }) + "\n")
    @file.close
  end
end

module TddWatch
  module_function

  # What an error says: what could not be found, and where it was raised.
  def told(error, root)
    frames = (error.backtrace || []).map { |line| line.delete_prefix("#{root}/") }
    inside = frames.reject { |line| line.start_with?("/", "<") }
    { exception: error.class.name.to_s, message: error.message.to_s.scrub[0, 4000], missing: missing(error),
      frames: inside.first(8), fixture: (error.backtrace || []).any? { |line| line =~ /in [`'](?:\w+#)?(?:setup|before_setup)'/ } }
  end

  def missing(error)
    case error
    when LoadError then error.path ? "lib/#{error.path.delete_suffix('.rb')}.rb:" : ""
    when NoMethodError then missing_method(error)
    when NameError then error.message.include?("uninitialized constant") ? "./:#{constant(error)}" : ""
    when NotImplementedError then ""
    else ""
    end
  rescue ArgumentError
    ""
  end

  def constant(error)
    error.message[/uninitialized constant ([\w:]+)/, 1].sub(/\A[\w:]*(?:Test|Spec|ExampleGroups)\w*::/, "")
  end

  # A method that a class of the project has yet to get.
  def missing_method(error)
    receiver = error.receiver
    owner = receiver.is_a?(Module) ? receiver : receiver.class
    place = owner.name && Object.const_source_location(owner.name)
    return "" unless place && place[0] && place[0].start_with?("#{Dir.pwd}/")

    "#{place[0].delete_prefix("#{Dir.pwd}/")}:#{owner.name}#{receiver.is_a?(Module) ? '.' : '#'}#{error.name}"
  end
end

orders = JSON.parse(File.read(ARGV.fetch(0)))
record = TddRecord.new(orders.fetch("report"), $stdin.read)
$stdin.reopen(File::NULL)
ARGV.clear
root = File.realpath(Dir.pwd)
files = orders.fetch("files")
# The runner first: on the load path, the project's folders come before it.
if orders.fetch("framework") == "minitest"
  require "minitest"
  def Minitest.autorun = nil
  require "minitest/autorun"
else
  require "rspec"
end
orders.fetch("paths").reverse_each { |path| $LOAD_PATH.unshift(File.join(root, path)) if File.directory?(path) }

if orders.fetch("framework") == "minitest"
  Minitest.seed = orders.fetch("seed") if Minitest.respond_to?(:seed=) # since 5.16; before, the run alone is told

  files.each do |file|
    load File.join(root, file)
  rescue ScriptError, StandardError => error
    record.write({ kind: "collect", path: file }.merge(TddWatch.told(error, root)))
  end

  class TddReporter < Minitest::AbstractReporter
    def initialize(record, root)
      super()
      @record, @root, @count = record, root, 0
    end

    attr_reader :count

    def self.name_of(klass, method) = "#{klass}::#{method.sub(/\Atest_\d{4}_/, '')}"

    def self.place_of(klass, method, root)
      file, line = Object.const_get(klass).instance_method(method).source_location
      [file.delete_prefix("#{root}/"), line]
    rescue NameError
      ["", 0]
    end

    def prerecord(klass, name) = @record.write({ kind: "start", name: self.class.name_of(klass.name, name) })

    def record(result)
      @count += 1
      failure = result.failure
      error = failure.is_a?(Minitest::UnexpectedError) ? failure.error : failure
      file, line = result.source_location
      path = file.delete_prefix("#{@root}/")
      row = { kind: "test", name: self.class.name_of(result.klass, result.name), path: path, line: line, seconds: result.time,
              end: failure.nil? ? "passed" : failure.is_a?(Minitest::Skip) ? "skipped" : "failed",
              asserted: failure.instance_of?(Minitest::Assertion), assertions: result.assertions }
      @record.write(failure ? row.merge(TddWatch.told(error, @root)) : row)
    end
  end

  tests = Minitest::Runnable.runnables.flat_map do |klass|
    klass.runnable_methods.map do |method|
      file, line = klass.instance_method(method).source_location
      { name: TddReporter.name_of(klass.name, method), path: file.delete_prefix("#{root}/"), line: line }
    end
  end
  record.write({ kind: "collected", tests: tests })
  code, count = 0, 0
  unless orders.fetch("collect_only")
    watcher = TddReporter.new(record, root)
    Minitest.extensions << "tdd"
    Minitest.define_singleton_method(:plugin_tdd_init) { |_options| reporter << watcher }
    code = Minitest.run(["--seed", orders.fetch("seed").to_s]) ? 0 : 1
    count = watcher.count
  end
else
  # One broken file does not keep the others from being run.
  module TddLoading
    attr_accessor :tdd_record

    private

    def load_file_handling_errors(method, file)
      __send__(method, file)
    rescue ScriptError, StandardError => error
      path = file.delete_prefix("#{Dir.pwd}/").delete_prefix("./")
      tdd_record.write({ kind: "collect", path: path }.merge(TddWatch.told(error, File.realpath(Dir.pwd))))
    end
  end
  RSpec::Core::Configuration.prepend(TddLoading)
  RSpec.configuration.tdd_record = record

  class TddFormatter
    RSpec::Core::Formatters.register self, :start, :example_started, :example_passed, :example_failed, :example_pending
    class << self
      attr_accessor :record, :root, :count
    end

    def initialize(_output) = @seen = Hash.new(0)

    def start(_notification)
      examples = RSpec.world.all_examples.map { |each| { name: name_of(each), path: path_of(each), line: line_of(each) } }
      self.class.record.write({ kind: "collected", tests: examples })
    end

    def example_started(notification)
      self.class.record.write({ kind: "start", name: name_of(notification.example) })
    end

    def example_passed(notification) = row(notification.example, "passed")

    def example_pending(notification)
      result = notification.example.execution_result
      row(notification.example, result.pending_exception ? "xfailed" : "skipped", message: result.pending_message.to_s)
    end

    def example_failed(notification)
      example = notification.example
      error = example.execution_result.exception
      asserted = error.class.name.match?(/ExpectationNotMetError|MockExpectationError|MultipleExpectationsNotMet/)
      row(example, "failed", asserted: asserted, **TddWatch.told(error, self.class.root))
    end

    private

    def row(example, ending, **more)
      self.class.count += 1
      self.class.record.write({ kind: "test", name: name_of(example), path: path_of(example), line: line_of(example),
                                seconds: example.execution_result.run_time, end: ending, **more })
    end

    def name_of(example)
      groups = example.example_group.parent_groups.reverse.map { |group| group.description.to_s }
      said = example.description.to_s.sub(/\Aexample at .*:\d+\z/, "example")
      name = [*groups, said].join("::")
      known = (@names ||= {})
      known[example.id] ||= begin
        @seen[[path_of(example), name]] += 1
        turn = @seen[[path_of(example), name]]
        turn > 1 ? "#{name}[#{turn}]" : name
      end
    end

    def path_of(example) = example.metadata[:rerun_file_path].delete_prefix("./")

    def line_of(example) = example.metadata[:line_number]
  end
  TddFormatter.record, TddFormatter.root, TddFormatter.count = record, root, 0
  arguments = ["--no-color", "--format", "TddFormatter", "--format", "progress", "--no-fail-fast"]
  arguments += ["--order", orders.fetch("shuffled") ? "rand:#{orders.fetch('seed')}" : "defined"]
  arguments << "--dry-run" if orders.fetch("collect_only")
  code = RSpec::Core::Runner.run([*arguments, *files]).to_i
  count = TddFormatter.count
end
record.write({ kind: "end", exit: code, count: count })
record.close
exit!(code)
