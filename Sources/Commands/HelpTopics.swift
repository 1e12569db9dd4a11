import CommandLanguage
import Sessions

/// Help that belongs to no single command.
enum HelpTopics {
  static let line = "help TOPIC: " + all.map(\.name).joined(separator: ", ")

  static let all: [(name: String, text: String)] = [
    ("tour", Tour.overview), ("metrics", metrics), ("values", values), ("refs", refs),
    ("expressions", expressions),
    ("blocks", blocks), ("notebooks", notebooks), ("keys", keys),
  ]

  /// The topic that explains a word of the language which is no command.
  static func topic(of word: String) -> String {
    if MetricName(rawValue: word) != nil || word == "lr" || word == "epoch" { return "metrics" }
    return Instruction.keywords.contains(word) || Instruction.prefixNames.contains(word)
      ? "blocks" : word
  }

  private static let metrics = """
    What the numbers of a step are, and what they are measured against.

      loss                      the method's loss: SimCLR ln(2·batch − 1) by chance, 0 at best;
                                SimSiam 0 by chance, −1 aligned (a collapse gives −1 too)
      class_loss  acc1  acc5    the online classifier's, on features whose gradient stays out [%]
      total                     loss + class_loss
      z_std                     spread of unit z over its d dimensions: 1/√d even, 0 collapsed;
                                of the batch in train mode ('collapse' looks in eval mode)
      erank                     directions that z of the batch uses: 1 … min(batch, d)
      align  uniform            distance of positive pairs; evenness on the sphere (lower is more)
      contrast_acc              share of views whose positive ranks first, 0 … 1; of SimCLR-Attn
                                first among log-probabilities times w, as published: far lower
      knn                       nearest-neighbour accuracy on h [%], chance by class share
      lr.GROUP  step  epoch     learning rates; completed steps; completed epochs: a line with e2
                                is of the moment @e2, or of the steps after it

    'show health' reads them for the present step, 'track' records, 'watch' and 'break' act.
    In JSON (set out json) a step has each by its name, and beside them chance_loss, z_std_even
    (1/√d) and erank_max.
    """

  private static let values = """
    How values are written.

      3  -1  0.5  1e-05         numbers
      on  off  auto             switches; auto lets dyad choose
      [64,32]  or  64,32        lists
      17  1,5,9  0..5           sample numbers; 0..5 has both ends
      1ep  12st  0.25  5%       epochs, steps, a part of the whole
      90s  10min  8h            times
      512MB  2GB  80%           memory
      $name                     a variable of let
      (0.5 * $batch / 256)      a computed number
      "two words ${name}"       text; escapes \\" \\\\ \\n \\t \\$
      -> FILE                   writes a file, its ending decides the format
      | head 5                  keeps part of a table: head, sort, where, cols
      | where branch == "hot"   columns compare with numbers, and with texts in quotes
      # …                       a comment; ; separates commands; \\ continues a line
    """

  private static let refs = """
    How tensors are named.

      x1 x2                     the two views of the last step's batch
      h1 h2  z1 z2  p1 p2       features, projections, predictions
      sim  attn  bank           similarities, attention weights, memory bank
      w:NAME  m:NAME            a parameter or buffer, its momentum
      g:NAME                    the last step's gradient of a parameter
      a:LAYER                   a layer's activation
      z1[0:3, :6]  z1[-1]       Python slices; indices are PyTorch's: [N, C, H, W]
      z1@e5  w:NAME@-1  bank@main-2/s40[0]   at another time: epoch, steps ago, branch
    """

  private static let expressions =
    """
    How conditions and computed values are written.

      loss  knn  mp.cos         metrics, their latest value
      z_std_even  chance_loss  erank_max   what the method's are measured against
      z1  w:NAME  z1@e5[0:8]    tensors (help refs), number by number
      $name                     variables
      + - * / ( )               arithmetic; '-' needs spaces after a name
      < <= > >= == !=           comparisons
      and or not                logic; true is 1, false is 0

    Shapes fit each other by PyTorch's rules. Functions:

    """
    + ExpressionFunction.allCases.map { "  \($0.summary)" }.joined(separator: "\n") + """


      mean(std(normalize(z1), 0)) is the z_std of one view; `tensor`, `stats` and `viz hist` take
      tensors, `let`, `if`, `watch`, `break`, `run until` and `expect` single numbers.
      """

  private static let blocks = """
    How commands are repeated, chosen and named.

      repeat 5 { step 10; knn }             five times
      for t in 0.1,0.2,0.5 { … $t … }       once for each; 0..5 has both ends
      for t in @e0..@e5 { rewind $t; knn }  moments; @s9..@s0, @-3..@-1, @main/e0..e5
      if loss < 3 { … } else { … }          an expression; else if goes on
      def warm n { step $n; knn }           a command of your own: warm 20
      quiet step 100                        replies are not shown
      time knn                              how long it takes
      try load weights w.safetensors        an error does not end the script

    A body has one command a line, or several with ';'. Commands in blocks are written in full.
    'try' also takes a block whose head is wrong; where a string, bracket or brace is left open the
    script cannot be read at all.
    """

  private static let notebooks = """
    How a script is a notebook.

      #%% title                 begins a cell
      #%% [markdown]            begins a cell of prose; its lines begin with #
      note "a finding"          a line of prose from the prompt
      #>   reply                what the command above replied; save session writes it
      #>   loss … / 4.844       by hand, for replay --outputs: … stands for any text
      #= 40 7ad90c41c0115e9d    a fingerprint, written by dyad only

    export FILE -> OUT.html makes a page of it, OUT.md Markdown, OUT.ipynb a Jupyter notebook.
    """

  private static let keys = """
    Keys at the prompt.

      Tab                       completes; twice lists
      Ctrl-C                    clears the line; stops a running command after its step,
                                pressed again gives up the step and keeps the state before it
      Ctrl-D                    leaves, on an empty line
      Ctrl-Z                    stops dyad; fg goes on
      Up  Down  Ctrl-R          earlier entries, blocks as a whole; searches them
      Ctrl-A Ctrl-E Ctrl-W Ctrl-U Ctrl-K   begin, end, cut a word, cut to begin, cut to end
      bind -v in ~/.editrc      vi keys

    The prompt is 'dyad> '; with a model it shows the step, and the branch unless it is 'main':
    'dyad main-2@40> '. Pasted lines become one entry, without prompts and replies of a transcript;
    Enter runs them. Figures are shown below their path where the terminal can: 'set images'.
    """
}
